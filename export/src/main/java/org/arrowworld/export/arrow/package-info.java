// SPDX-License-Identifier: Apache-2.0
/** Arrow IPC files of any rows. */
package org.arrowworld.export.arrow;
