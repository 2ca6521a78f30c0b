// SPDX-License-Identifier: Apache-2.0
/** Stores that were published, read from any address by GET with Range (spec published.md). */
package org.arrowworld.published;
