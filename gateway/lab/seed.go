package lab

import "context"

// Seed is who is there from the start. Its JSON is what `wicketgate testserver --seed` reads.
type Seed struct {
	// Users are the people.
	Users []User `json:"users"`
	// Groups are groups of them; those that users name are made anyway.
	Groups []Group `json:"groups"`
	// Clients are the applications.
	Clients []Client `json:"clients"`
}

func (w *world) plant(ctx context.Context, s Seed) error {
	for _, u := range s.Users {
		if _, err := w.addUser(ctx, u); err != nil {
			return err
		}
	}
	for _, g := range s.Groups {
		if err := w.addGroup(ctx, g); err != nil {
			return err
		}
	}
	for _, c := range s.Clients {
		if _, err := w.addClient(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
