// SPDX-License-Identifier: Apache-2.0
/** Times of recordings as ticks (spec import.md T-52, T-54). */
package org.arrowworld.imports.history;
