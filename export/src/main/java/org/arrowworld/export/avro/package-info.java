// SPDX-License-Identifier: Apache-2.0
/** Avro container files. */
package org.arrowworld.export.avro;
