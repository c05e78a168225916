package config

import "time"

// Mail is the mail server.
type Mail struct {
	// Host is the name of the server. Without it mail is off.
	Host string `yaml:"host"`
	// Port is that of the server. Default 587 for starttls, 465 for tls, 25 for none.
	Port int `yaml:"port"`
	// TLS protects the connection: starttls (the default, and then required), tls (from the start) or none.
	TLS string `yaml:"tls"`
	// CAFile is a PEM file with the authorities that the server's certificate comes from. Default: those of the system.
	CAFile string `yaml:"ca_file"`
	// ServerName is the name in the certificate, if it is not host.
	ServerName string `yaml:"server_name"`
	// User signs in to the server. Both user and password, or neither.
	User string `yaml:"user"`
	// Password is that of user.
	Password Secret `yaml:"password"`
	// PasswordFile is a file with the password.
	PasswordFile string `yaml:"password_file"`
	// From is the sender, such as "Example <no-reply@example.org>". Required with host.
	From string `yaml:"from"`
	// ReplyTo is where answers go.
	ReplyTo string `yaml:"reply_to"`
	// Timeout bounds one delivery. Default 30s.
	Timeout time.Duration `yaml:"timeout"`
	// Queue is how many mails may wait. Default 1000.
	Queue int `yaml:"queue"`
	// Attempts is how often a mail is tried, with growing pauses, before it is given up. Default 10, which takes about 35 minutes.
	Attempts int `yaml:"attempts"`
}
