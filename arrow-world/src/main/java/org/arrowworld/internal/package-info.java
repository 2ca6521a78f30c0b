/** What several packages of this module need and nobody else may use. Depends on the JDK only. */
package org.arrowworld.internal;
