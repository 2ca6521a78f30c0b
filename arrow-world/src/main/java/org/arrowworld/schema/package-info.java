// SPDX-License-Identifier: Apache-2.0
/**
 * What a world looks like: tables, columns, keys and their codes (spec store.md, log.md). Plain
 * values, no I/O.
 */
package org.arrowworld.schema;
