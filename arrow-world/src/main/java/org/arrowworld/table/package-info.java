// SPDX-License-Identifier: Apache-2.0
/**
 * MutableWorld tables as Arrow vectors, their ids and their hashes. Depends on {@code schema},
 * {@code errors} and arrow-vector.
 */
package org.arrowworld.table;
