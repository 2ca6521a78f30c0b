// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.stats;

import java.util.List;

/**
 * What is known of some values.
 *
 * @param count how many, NaNs included
 * @param nans how many are NaN; they count in nothing below but {@code distinct}
 * @param mean by compensated summation; NaN if there is nothing
 * @param min the least; NaN if there is nothing
 * @param max the greatest; NaN if there is nothing
 * @param distinct how many different ones there are, bit by bit
 * @param quartiles lower quartile, median and upper quartile: the least value with at least that
 *     share of the values at or below it; empty if there is nothing
 * @param histogram counts of equally wide bins from {@code min} to {@code max}; empty if not asked
 *     for, or where one of them is infinite
 */
public record Summary(
    long count,
    long nans,
    double mean,
    double min,
    double max,
    long distinct,
    List<Double> quartiles,
    List<Long> histogram) {}
