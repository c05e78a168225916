package audit

// Action is what was done or tried. Its text is the msg of the line.
type Action string

// Signing in and out.
const (
	SignIn        Action = "sign_in"
	SignInFailed  Action = "sign_in_failed"
	SignInDelayed Action = "sign_in_delayed" // refused unseen: too many failures before
	SignOut       Action = "sign_out"
	SignedOutAll  Action = "signed_out_everywhere"
)

// Passwords.
const (
	PasswordChanged        Action = "password_changed"
	PasswordChangeFailed   Action = "password_change_failed"
	PasswordResetRequested Action = "password_reset_requested" // also for logins that name nobody: outcome failure
	PasswordReset          Action = "password_reset"
	PasswordResetFailed    Action = "password_reset_failed"
)

// People and their entries.
const (
	ProfileChanged      Action = "profile_changed" // Fields names the fields, never their values
	MailChangeRequested Action = "mail_change_requested"
	MailChanged         Action = "mail_changed"
	InvitationSent      Action = "invitation_sent"
	InvitationMade      Action = "invitation_made" // as a link to copy: nothing was mailed
	AccountCreated      Action = "account_created"
	AccountCreateFailed Action = "account_create_failed"
	AccountLocked       Action = "account_locked"
	AccountUnlocked     Action = "account_unlocked"
	AccountDeleted      Action = "account_deleted"
	GroupMemberAdded    Action = "group_member_added"
	GroupMemberRemoved  Action = "group_member_removed"
	LinkRefused         Action = "link_refused" // a mailed link that was used, changed, expired or made for something else
	RequestRefused      Action = "request_refused"
	AdminTestMailSent   Action = "admin_test_mail_sent"
	MailDropped         Action = "mail_dropped" // given up after the last try, refused for good, or no room in the queue
)

// Applications.
const (
	ConsentGiven        Action = "consent_given"
	ConsentRefused      Action = "consent_refused"
	ConsentRevoked      Action = "consent_revoked"
	CodeIssued          Action = "code_issued"
	CodeReplayed        Action = "code_replayed" // a code was redeemed twice: its grant is revoked
	TokenIssued         Action = "token_issued"
	TokenRefreshed      Action = "token_refreshed"
	TokenReplayed       Action = "token_replayed" // an old refresh token came back: its grant is revoked
	TokenRevoked        Action = "token_revoked"
	ClientAuthFailed    Action = "client_auth_failed"
	ClientRegistered    Action = "client_registered"
	ClientChanged       Action = "client_changed"
	ClientDeleted       Action = "client_deleted"
	ClientInvited       Action = "client_invited"   // whoever has the token can register an application
	ClientUninvited     Action = "client_uninvited" // the token was ended
	SigningKeyCreated   Action = "signing_key_created"
	LogoutDelivered     Action = "logout_delivered" // an application was told that a session ended
	LogoutFailed        Action = "logout_failed"    // it could not be told, or refused to hear
	SigningKeyRotated   Action = "signing_key_rotated"
	AuthorizationFailed Action = "authorization_failed"
)

// Outcome tells success from failure at a glance.
type Outcome string

// The outcomes. The zero Outcome is written as success, unless the action itself is a failure (sign_in_failed and the like).
const (
	Success Outcome = "success"
	Failure Outcome = "failure"
)

// failed tells the actions that cannot be a success.
func (a Action) failed() bool {
	switch a {
	case SignInFailed, SignInDelayed, PasswordChangeFailed, PasswordResetFailed, AccountCreateFailed, LinkRefused, RequestRefused,
		MailDropped, ConsentRefused, CodeReplayed, TokenReplayed, LogoutFailed, ClientAuthFailed, AuthorizationFailed:
		return true
	}
	return false
}
