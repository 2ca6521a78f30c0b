/** SQLite databases. Depends on {@code rows} and sqlite-jdbc. */
package org.arrowworld.export.sqlite;
