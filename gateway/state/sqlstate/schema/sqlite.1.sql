-- One row is one record. body is a JSON object: the text of each value by what is compared of it (the digest of the folded text), so that one UPDATE can
-- ask and change.
CREATE TABLE wicketgate_records (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
