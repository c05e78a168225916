package oidc

// logoutMetadata is what discovery says about signing out (RP-Initiated, Back-Channel and Front-Channel Logout 1.0, and Session Management 1.0).
type logoutMetadata struct {
	EndSessionEndpoint  string `json:"end_session_endpoint"`
	BackChannel         bool   `json:"backchannel_logout_supported"`
	BackChannelSession  bool   `json:"backchannel_logout_session_supported"`
	FrontChannel        bool   `json:"frontchannel_logout_supported"`
	FrontChannelSession bool   `json:"frontchannel_logout_session_supported"`
	CheckSession        string `json:"check_session_iframe"`
}

func (p *Provider) logoutMetadata() logoutMetadata {
	return logoutMetadata{
		EndSessionEndpoint: p.Issuer + PathLogout, BackChannel: true, BackChannelSession: true, FrontChannel: true, FrontChannelSession: true,
		CheckSession: p.Issuer + PathCheckSession,
	}
}
