// Package supervisord reads the configuration of Supervisor (supervisord.org): which programs
// it runs, and how it stops them.
package supervisord
