// Package railstest gives tests real Ruby programs that start others and outlive them, as
// Delayed Job's daemon does: a folder with the application, and a guard.
//
//	home := railstest.Open(t, os.DirFS("testdata/app"), "DATABASE_URL="+url)
//	out, err := home.Run(t.Context(), "bin/delayed_job", "-n3", "start")
//
// Whatever was started in the folder, and whatever that started, ends with the test, also
// who has become a daemon; and with the test's process, however that ends. Nothing that
// runs on the machine already is used or disturbed.
package railstest
