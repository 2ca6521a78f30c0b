// SPDX-License-Identifier: Apache-2.0
/** Small JSON documents, with the checksum of spec J-1. Depends on {@code errors}, Jackson core. */
package org.arrowworld.internal.json;
