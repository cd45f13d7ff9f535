"""StarGAN (Choi et al. 2018): one network that gives a face another expression, hair, age ..."""
