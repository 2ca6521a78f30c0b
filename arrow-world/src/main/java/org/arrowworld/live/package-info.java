// SPDX-License-Identifier: Apache-2.0
/** How a live world is kept: {@link org.arrowworld.live.WorldOptions}. */
package org.arrowworld.live;
