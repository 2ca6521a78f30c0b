// SPDX-License-Identifier: Apache-2.0
/** SQLite databases. Depends on {@code rows} and sqlite-jdbc. */
package org.arrowworld.export.sqlite;
