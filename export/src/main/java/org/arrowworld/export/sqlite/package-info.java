// SPDX-License-Identifier: Apache-2.0
/** SQLite databases. */
package org.arrowworld.export.sqlite;
