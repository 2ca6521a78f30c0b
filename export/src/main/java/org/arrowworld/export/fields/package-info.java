// SPDX-License-Identifier: Apache-2.0
/** Field runs as other files. */
package org.arrowworld.export.fields;
