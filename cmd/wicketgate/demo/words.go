package demo

import (
	"fmt"
	"strings"
)

// say prints where everything is and what to try.
func (d *Demo) say() {
	host := strings.TrimPrefix(d.Directory, "ldap://")
	fmt.Fprintf(d.Out, `
  Wicketgate is running. Everything is on this computer only, and gone when you press Ctrl-C.

    Wicketgate   %s     sign in, look after your account
    Directory    %s     a cooperative's LDAP directory, with sixty people
    Orders       %s     an application that signs people in through it
    Inbox        %s     every mail that is sent arrives here

  Who you can be. The password is "password" unless said otherwise.

    adurand      Amélie, of the members' office: she may invite people
    bakesson     Björn, the administrator: he also sees how the service is
    wzhang       Wei, an ordinary member with a photo; amelie.durand@lepanier.example and other mail addresses work as well
    kmoreau      Kévin must choose a new password; his is "welcome-kevin"
    emarchand    Émile has never had a password: "First time here?" brings him one by mail
    bcaron       Bruno is locked out by the office
    mdupont      Maëlys shares the address dupont.family@mail.example with Nicolas (ndupont)

  What to try

    1. Open Orders and sign in as wzhang.
    2. Change a phone number, the photo or a mail address at Wicketgate.
    3. Forget a password: the link is in the Inbox.
    4. Invite somebody as adurand, and accept the invitation.
    5. Look into the directory: each change is there, and nothing else.

         ldapsearch -x -H ldap://%s -b "%s" "(uid=wzhang)"
         ldapsearch -x -H ldap://%s -D "%s" -w %s -b "ou=wicketgate,%s"

`, d.Gateway, d.Directory, d.Orders, d.Inbox, host, suffix, host, rootDN, rootPassword, suffix)
}
