// SPDX-License-Identifier: Apache-2.0
/**
 * How a tick's changes become triples in canonical order (spec order.md), are logged, and applied.
 */
package org.arrowworld.internal.tick;
