// SPDX-License-Identifier: Apache-2.0
/**
 * CSV files of others as columns (spec import.md T-10 to T-15): bytes to records to values, without
 * a text per field.
 */
package org.arrowworld.imports.csv;
