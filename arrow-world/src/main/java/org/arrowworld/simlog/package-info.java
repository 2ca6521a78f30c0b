// SPDX-License-Identifier: Apache-2.0
/**
 * Schema-free records on the log engine (spec simlog.md): a record is a set of named values, logged
 * and read back with its types. Knows no tables.
 */
package org.arrowworld.simlog;
