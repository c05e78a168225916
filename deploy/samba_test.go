package deploy_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// TestTheSampleForSambaIsWhatTheTestsRunWith holds acl/samba.sh to the rights under which every test on Samba runs.
func TestTheSampleForSambaIsWhatTheTestsRunWith(t *testing.T) {
	t.Parallel()
	_, script, _ := strings.Cut(string(sample(t, "acl/samba.sh")), "\n")
	if script != ldaptest.SambaRights() {
		t.Error("deploy/acl/samba.sh and ldapmap/ldaptest/samba_rights.sh differ, but for the first line")
	}
}
