// SPDX-License-Identifier: Apache-2.0
/** Small JSON documents, with the checksum of spec J-1. */
package org.arrowworld.internal.json;
