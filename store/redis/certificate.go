package redis

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
)

// certify takes what an address says of certificates: ca is a file with those of the
// authorities that are trusted, cert and key are this program's own. All are PEM.
func certify(c *tls.Config, q url.Values) error {
	for _, name := range []string{"ca", "cert", "key"} {
		if c == nil && q.Has(name) {
			return badAddress(fmt.Errorf("%s is for TLS", name), "rediss://, with two s")
		}
	}
	if file := q.Get("ca"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return badAddress(fmt.Errorf("ca: %w", err), "a file of certificates in PEM")
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(text) {
			return badAddress(fmt.Errorf("ca: there is no certificate in %s", file), "a file of certificates in PEM")
		}
	}
	if cert, key := q.Get("cert"), q.Get("key"); cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return badAddress(fmt.Errorf("cert and key: %w", err), "two files in PEM, the certificate and its key")
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return nil
}
