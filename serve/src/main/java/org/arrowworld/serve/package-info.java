// SPDX-License-Identifier: Apache-2.0
/**
 * Runs over HTTP: exact Arrow for programs, and the page of {@code aw view}. {@link
 * org.arrowworld.serve.ViewServer} is the entry. Nothing is written to a store.
 */
package org.arrowworld.serve;
