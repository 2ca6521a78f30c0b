// SPDX-License-Identifier: Apache-2.0
/** Arrow vectors over memory that is not Arrow's. */
package org.arrowworld.internal.memory;
