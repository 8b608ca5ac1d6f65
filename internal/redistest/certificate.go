package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"sync"
	"time"
)

// A Certificate is who servers and clients with TLS are to each other, in the files that
// OpenSSL reads.
type Certificate struct {
	CA        string // of whom both are signed
	Cert, Key string // good for a server at 127.0.0.1 or localhost and for a client
}

// An issued certificate is in memory: one a test binary.
type issued struct {
	ca, cert, key []byte // PEM
	secure        *tls.Config
}

var issue = sync.OnceValues(func() (*issued, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := template("tests' authority")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	leaf := template("localhost")
	leaf.DNSNames, leaf.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	certDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	i := &issued{ca: armour("CERTIFICATE", caDER), cert: armour("CERTIFICATE", certDER), key: armour("PRIVATE KEY", keyDER)}
	return i, i.configure()
})

func template(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(24 * time.Hour),
	}
}

func armour(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func (i *issued) configure() error {
	pair, err := tls.X509KeyPair(i.cert, i.key)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(i.ca)
	i.secure = &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}
	return nil
}

// certify writes the files into a server's home.
func certify(h *home) (*Certificate, *tls.Config, error) {
	i, err := issue()
	if err != nil {
		return nil, nil, err
	}
	c := &Certificate{CA: h.path("ca.crt"), Cert: h.path("tls.crt"), Key: h.path("tls.key")}
	return c, i.secure, errors.Join(
		os.WriteFile(c.CA, i.ca, 0o644),
		os.WriteFile(c.Cert, i.cert, 0o644),
		os.WriteFile(c.Key, i.key, 0o600))
}
