package templates

import "github.com/wicketgate/wicketgate/templates/i18n"

// A page with a form tells its problems by a Summary method: they are listed above the form, each leading to its input, and the
// title starts with "Error:" so that a screen reader says it first (the error summary of the GOV.UK Design System).

// Summary lists the problems of the page.
func (p LoginPage) Summary() []Problem { return summary("login", p.Error) }

// Summary lists the problems of the page.
func (p PasswordPage) Summary() []Problem { return summary("password", p.Error) }

// Summary lists the problems of the page.
func (p ForgotPage) Summary() []Problem { return summary("login", p.Error) }

// Summary lists the problems of the page.
func (p ResetPage) Summary() []Problem { return summary("password", p.Problems...) }

// Summary lists the problems of the page.
func (p ChangePage) Summary() []Problem {
	return append(summary("current", p.CurrentError), summary("password", p.Problems...)...)
}

// Summary lists the problems of the page.
func (p ProfilePage) Summary() []Problem { return p.Form.Summary() }

// Summary lists the problems of the page.
func (p InvitePage) Summary() []Problem { return p.Form.Summary() }

// Summary lists the problems of the page.
func (p AcceptPage) Summary() []Problem { return p.Form.Summary() }

func summary(field string, messages ...i18n.Message) []Problem {
	var problems []Problem
	for _, m := range messages {
		if !m.IsZero() {
			problems = append(problems, Problem{field, m})
		}
	}
	return problems
}
