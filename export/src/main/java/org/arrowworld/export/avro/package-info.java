// SPDX-License-Identifier: Apache-2.0
/** Avro container files. Depends on {@code rows} and avro. */
package org.arrowworld.export.avro;
