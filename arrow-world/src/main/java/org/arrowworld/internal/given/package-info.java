// SPDX-License-Identifier: Apache-2.0
/** What callers give, checked: a typed error says what was wrong with it. */
package org.arrowworld.internal.given;
