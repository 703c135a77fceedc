"""ganlib: generative adversarial networks, from zero to trained and measured.

The package is the library behind the numbered notebooks. Importing it is
cheap: TensorFlow is loaded only by the modules that compute with it.
"""

__version__ = "0.1.0"
