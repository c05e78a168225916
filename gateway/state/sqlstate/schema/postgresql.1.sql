-- One row is one record. body has the text of each value by what is compared of it (the digest of the folded text), so that one UPDATE can ask and change.
CREATE TABLE wicketgate_records (
    kind text COLLATE "C" NOT NULL,
    id   text COLLATE "C" NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (kind, id)
) WITH (fillfactor = 70);
