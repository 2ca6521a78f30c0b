/** arrow-world. */
package org.arrowworld;
