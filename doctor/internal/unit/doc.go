// Package unit reads systemd's unit files and Podman's container files: their lines with what
// continues them, the drop-ins that change them, command lines, environment and times as
// systemd.service(5), systemd.exec(5), systemd.syntax(7) and systemd.time(7) have them.
package unit
