// SPDX-License-Identifier: Apache-2.0
/** How a live world is opened: its store made or checked, its memory, its lock. */
package org.arrowworld.internal.live;
