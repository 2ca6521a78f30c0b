// SPDX-License-Identifier: Apache-2.0
/** Arrow IPC files of any rows. Depends on {@code rows} and the core's IPC framing. */
package org.arrowworld.export.arrow;
