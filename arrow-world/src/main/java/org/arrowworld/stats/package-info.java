// SPDX-License-Identifier: Apache-2.0
/**
 * Reductions over the log: counts, means, extremes, quantiles and distinct values of one key, in
 * memory that does not grow with the history.
 */
package org.arrowworld.stats;
