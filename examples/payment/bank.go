package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"

	"github.com/tasuki-jobs/tasuki"
)

// A bank charges cards over HTTP.
type bank struct{ url string }

// Charge asks the bank for money and answers the charge's reference. The same key
// is never charged twice. A card that is declined is no use trying again.
func (b *bank) Charge(ctx context.Context, key string, cents int64) (string, error) {
	body := strings.NewReader(fmt.Sprintf(`{"cents":%d}`, cents))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/charges", body)
	if err != nil {
		return "", fmt.Errorf("charge: %w", err)
	}
	req.Header.Set("Idempotency-Key", key)
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("charge: %w", err)
	}
	defer answer.Body.Close()
	reference, err := io.ReadAll(io.LimitReader(answer.Body, 1000))
	switch {
	case err != nil:
		return "", fmt.Errorf("charge: %w", err)
	case answer.StatusCode == http.StatusPaymentRequired:
		return "", tasuki.Discard(errors.New("the card was declined"))
	case answer.StatusCode != http.StatusOK:
		return "", fmt.Errorf("charge: the bank says %s", answer.Status)
	}
	return string(reference), nil
}

// printed mails nothing: it prints what it would.
func printed(_ context.Context, to, text string) error {
	log.Printf("mail to %s: %s", to, text)
	return nil
}
