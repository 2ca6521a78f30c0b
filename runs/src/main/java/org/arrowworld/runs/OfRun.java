// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

/**
 * Something found in one of many runs.
 *
 * @param run the run
 * @param value what was found
 */
public record OfRun<T>(Run run, T value) {}
