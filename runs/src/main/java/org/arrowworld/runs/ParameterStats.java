// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import org.arrowworld.stats.Summary;

/**
 * What is known of the values of a key in all runs with one value of a parameter.
 *
 * @param value the parameter's value: a Long, a Double, a Boolean or a String
 * @param runs how many runs
 * @param summary of their values together
 */
public record ParameterStats(Object value, int runs, Summary summary) {}
