package source

import "strconv"

// A Dialect is what SQL databases write differently.
type Dialect int

// The dialects. SQLite, MySQL and MariaDB write placeholders as ?, PostgreSQL as
// $1, SQL Server as @p1, Oracle as :1.
const (
	SQLite Dialect = iota
	MySQL
	PostgreSQL
	SQLServer
	Oracle
)

// placeholder of the n-th argument, from 1.
func (d Dialect) placeholder(n int) string {
	switch d {
	case PostgreSQL:
		return "$" + strconv.Itoa(n)
	case SQLServer:
		return "@p" + strconv.Itoa(n)
	case Oracle:
		return ":" + strconv.Itoa(n)
	}
	return "?"
}

// limit ends a statement that has an ORDER BY.
func (d Dialect) limit(n int) string {
	switch d {
	case SQLServer:
		return " OFFSET 0 ROWS FETCH NEXT " + strconv.Itoa(n) + " ROWS ONLY"
	case Oracle:
		return " FETCH FIRST " + strconv.Itoa(n) + " ROWS ONLY"
	}
	return " LIMIT " + strconv.Itoa(n)
}

// read is how a key is selected. In SQLite a driver may make a time of a text, by
// the column's declared type, and write it back as another text: so the bytes are
// read, and beside them whether they are a text.
func (d Dialect) read(key string) string {
	if d == SQLite {
		return "CASE typeof(" + key + ") WHEN 'text' THEN CAST(" + key + " AS BLOB) ELSE " + key + " END, typeof(" + key + ") = 'text'"
	}
	return key
}
