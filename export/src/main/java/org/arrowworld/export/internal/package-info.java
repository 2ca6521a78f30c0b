// SPDX-License-Identifier: Apache-2.0
/** What readers and writers of files share. Not for users; may change. */
package org.arrowworld.export.internal;
