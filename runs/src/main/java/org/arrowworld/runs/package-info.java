// SPDX-License-Identifier: Apache-2.0
/**
 * Folders of many runs (docs/spec/runs.md). {@link org.arrowworld.runs.Runs} asks all of them, {@link
 * org.arrowworld.runs.Sweep} makes them.
 */
package org.arrowworld.runs;
