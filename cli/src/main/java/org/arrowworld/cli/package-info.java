// SPDX-License-Identifier: Apache-2.0
/**
 * The command line {@code aw}: one class per verb. Data goes to stdout, progress and diagnostics to
 * stderr; exits are 0 ok, 1 failure, 2 usage, 3 finished with data loss. Nothing depends on it.
 */
package org.arrowworld.cli;
