# What Wicketgate's service account may do in a Samba domain: as little as it needs. Run it as root on a domain controller, with your own names in
# these lines; it does nothing that it has done already.
account=wicketgate
people=ou=people,dc=example,dc=org
groups=ou=groups,dc=example,dc=org
records=ou=wicketgate,dc=example,dc=org

sid=$(samba-tool user show "$account" --attributes=objectSid | sed -n 's/^objectSid: //p')
user=bf967aba-0de6-11d0-a285-00aa003049e2
group=bf967a9c-0de6-11d0-a285-00aa003049e2

# People. First what they change of themselves, by Active Directory's sets of properties: general, public, personal and web information. Take out
# what they shall not change.
rights=
for set in 59ba2f42-79a2-11d0-9020-00c04fc2d3cf e48d0154-bcf8-11d1-8702-00c04fb96050 \
  77b5b886-944a-11d1-aebd-0000f80367c1 e45795b3-9455-11d1-aebd-0000f80367c1; do
  rights="$rights(OA;CIIO;RPWP;$set;$user;$sid)"
done
# preferredLanguage, thumbnailPhoto and jpegPhoto are in no set.
for attribute in 856be0d0-18e7-46e1-8f5f-7ee4d9020e0d 8d3bca50-1d7e-11d0-a081-00aa006c33ed bac80572-09c4-4fa9-9ae6-7628d7adbe0e; do
  rights="$rights(OA;CIIO;RPWP;$attribute;$user;$sid)"
done
# The right "reset password"; without it nobody can replace a forgotten password or accept an invitation.
rights="$rights(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;$user;$sid)"
# Account restrictions (switched off, expires, must change) and lockoutTime, to unlock.
rights="$rights(OA;CIIO;RPWP;4c164200-20c0-11d0-a768-00aa006e0529;$user;$sid)"
rights="$rights(OA;CIIO;RPWP;28630ebf-41d5-11d1-a9c1-0000f80367c1;$user;$sid)"
# New people, and people who go. Leave it out if nobody is invited here.
rights="$rights(OA;CI;CCDC;$user;;$sid)"
samba-tool dsacl set --objectdn="$people" --sddl="$rights"

# Groups: who is in them.
samba-tool dsacl set --objectdn="$groups" --sddl="(OA;CIIO;RPWP;bf9679c0-0de6-11d0-a285-00aa003049e2;$group;$sid)"

# Its own records: to make, read, change and delete them.
samba-tool dsacl set --objectdn="$records" --sddl="(A;CI;CCDCLCRPWPSDRC;;;$sid)"
