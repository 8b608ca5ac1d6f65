package redis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/redis/rueidis"
)

// unreached is why a server could not be spoken to at the start, with what to do about it.
func unreached(err error, o *rueidis.ClientOption) error {
	if hint := reachHint(err, o); hint != "" {
		return hinted(err, hint)
	}
	return explained(err)
}

func reachHint(err error, o *rueidis.ClientOption) string {
	sentinel, secure := o.Sentinel.MasterSet != "", o.TLSConfig != nil
	var dns *net.DNSError
	var reply *rueidis.RedisError
	switch {
	case errors.As(err, &reply):
		return refusalHint(reply.Error(), sentinel)
	case errors.As(err, &dns):
		return "is the host's name in the address right?"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT):
		return "is the server running, and do host and port in the address fit?"
	case isCertificate(err):
		return "the server's certificate does not fit: an authority of your own is told by ?ca=file, or by SSL_CERT_FILE; ?skip_verify=true asks for none"
	case secure && (errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(tls.RecordHeaderError))):
		return "a server that speaks no TLS is redis://, with one s; or a firewall lets nothing through"
	case !secure && (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)):
		return "a server that speaks TLS is rediss://, with two s; or this one lets in no more clients: see maxclients"
	case secure && (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || isAlert(err)):
		return "the server may want a certificate of yours: ?cert=file&key=file, both PEM"
	case errors.Is(err, context.DeadlineExceeded):
		return "nobody answers there: is the address right, and does a firewall let it through?"
	}
	return "does a Redis answer at that address?"
}

// refusalHint is what to do about an answer that has no code of its own.
func refusalHint(reply string, sentinel bool) string {
	switch {
	case sentinel && strings.Contains(strings.ToLower(reply), "unknown command"):
		return "this is no Sentinel: leave out master_set, or give the port of a Sentinel, mostly 26379"
	case sentinel && strings.Contains(reply, "No such master"):
		return "master_set is the name in the Sentinel's own settings: sentinel monitor NAME …"
	case strings.Contains(reply, "DB index"):
		return "the number at the end of the address is the database; most servers have 0 to 15"
	}
	return ""
}

// isCertificate says whether one was not accepted.
func isCertificate(err error) bool {
	return errors.As(err, new(*tls.CertificateVerificationError)) || errors.As(err, new(x509.UnknownAuthorityError)) ||
		errors.As(err, new(x509.HostnameError))
}

// isAlert says whether the server broke TLS off and said why.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}
