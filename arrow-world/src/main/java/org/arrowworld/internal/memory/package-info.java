// SPDX-License-Identifier: Apache-2.0
/** Arrow vectors over memory that is not Arrow's. Depends on arrow-memory-core only. */
package org.arrowworld.internal.memory;
