// Package templates is everything a person sees: pages, mails, the style sheet, a little JavaScript and the words.
//
// A handler fills one of the page structs and calls Renderer.Page; it never touches HTML. One file per flow holds the structs
// (page_signin.go, page_password.go, …) and the HTML has the same name below html/. Field names, form field names and ids are
// written at each struct: they are the contract with the handlers and with browser tests.
//
//	New(Options)            parses everything once; a broken template is an error that names file and line
//	Renderer.Page           a whole page: nothing is written unless all of it could be rendered
//	Renderer.Partial        one block of a page, for htmx
//	Renderer.Mail           subject, HTML and text of a mail
//	Renderer.Static         style sheet, script, logo: content-hashed addresses, cached for ever
//
// Every page works without JavaScript. Forms are plain forms; htmx (static/htmx.min.js, 0BSD) only makes them
// smoother by swapping the body, and static/app.js adds small comforts. There is no inline script, style or event handler, so that
// the Content-Security-Policy needs no exception.
//
// A theme folder may replace the logo, the icon, the colours, any template and any text: see Theme.
//
// The style sheet is the folder css, served as one file; its first file holds the colours. "go run ./templates/gallery" shows every page
// and mail with made-up data.
//
// The package is used by gateway/web and selfservice; of this module it imports templates/i18n only.
package templates
